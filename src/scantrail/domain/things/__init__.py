"""What there is: units and their statuses, places, products, holds, photos."""
