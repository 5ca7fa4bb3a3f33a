"""Every text that people see, French first, and the code that formats them."""
