"""Telling that memory ran out from everything else that goes wrong on a card."""

import torch

#: What libraries say that have no error class for it: CUDA itself (pinned memory, modules that are
#: loaded late), cuBLAS, cuDNN, and torch's allocator of main memory. Checked by reading only.
_SAID = (
    "out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "can't allocate memory",
)


def is_shortage(error: RuntimeError) -> bool:
    """Whether less in memory would have helped."""
    return isinstance(error, torch.OutOfMemoryError) or any(said in str(error) for said in _SAID)
