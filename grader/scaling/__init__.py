"""What stage 4 promises, measured: evidence read and measured again, freshness, limits, overload."""
