"""What the steps from sound to model share: the network, its data, its settings."""
