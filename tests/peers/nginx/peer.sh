guard=behind_proxy
tools=(curl)
debian=(nginx)
