"""How the bundled reader is trained, measured and made small. Not installed with Selon."""
