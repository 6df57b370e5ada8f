guard=basic_guard
tools=(curl python3)
debian=(chromium)
