"""What a run makes: the datasets, and the version of each."""
