"""What a process says of its own priority."""

import ctypes
import os
import sys


def gives_way() -> bool:
    """Return whether other programs come first: a class below the usual one, or some niceness."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        return bool(kernel.GetPriorityClass(ctypes.c_void_p(kernel.GetCurrentProcess())) == 0x4000)
    return os.getpriority(os.PRIO_PROCESS, 0) > os.getpriority(os.PRIO_PROCESS, os.getppid())
