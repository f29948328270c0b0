"""Python imports this as it starts, where PYTHONPATH has this folder: so a reader is armed."""

import fault_points

fault_points.arm_from_environment()
