"""What the hub makes of certificates: who may join by them, and how each device stands."""
