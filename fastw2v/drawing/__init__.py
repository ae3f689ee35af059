"""Pictures: the loss of training runs."""

from fastw2v.drawing.loss_curve import draw_loss

__all__ = ["draw_loss"]
