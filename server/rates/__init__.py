"""What people pay for and get from social and health insurance, by dated and sourced figures."""
