"""Tests; a package of its own, since a dependency installs one named `tests` as well."""
