"""The commands of `ecohub certify`: what each takes, does and prints."""
