"""hub.toml and the environment, checked whole: every mistake with its file, line and key."""

from hub.config.problems import ConfigError, Problem
from hub.config.settings import Settings, load_settings
from hub.config.tables import (
    AdmissionSettings,
    ApiSettings,
    BrokerSettings,
    DiscoverySettings,
    HistorySettings,
    HubSettings,
)

__all__ = [
    "AdmissionSettings",
    "ApiSettings",
    "BrokerSettings",
    "ConfigError",
    "DiscoverySettings",
    "HistorySettings",
    "HubSettings",
    "Problem",
    "Settings",
    "load_settings",
]
