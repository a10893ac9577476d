"""The room's HTTP API: ``intake`` takes photos in, ``targets`` shows what became of them, ``assets`` gives bytes."""
