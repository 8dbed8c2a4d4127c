"""`seaway demo mesh`: what Service Connect does here and does not do on AWS, each on real tasks."""
