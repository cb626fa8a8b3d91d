"""What every service process shares: settings, run, signals, health."""
