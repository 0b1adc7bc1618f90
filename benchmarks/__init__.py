"""How near the portal comes to the limits of the machine: every figure beside a limit measured in the same run."""
