package=temporal_frontend
tools=(curl python3)
