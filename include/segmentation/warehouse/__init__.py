"""Dataset versions: writing, publishing, finding, checking, copying and removing them."""
