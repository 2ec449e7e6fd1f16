"""What a request's scope says when a guest asks."""

GUEST = "lightbox.guest"
"""Set by whatever let the guest in; true for a guest, false or missing for anybody else."""
