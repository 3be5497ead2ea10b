"""What the blueprints share: who asks, how a body is read, how an error is written."""
