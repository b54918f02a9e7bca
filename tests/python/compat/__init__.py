"""The existing server's classes: `ytclipper_rs.compat`."""
