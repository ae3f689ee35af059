"""Training one model: the trainer, the engines that it drives, progress, the state that is kept."""
