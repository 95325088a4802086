"""Test data for checks: random values, and fixed values that services often handle wrongly."""
