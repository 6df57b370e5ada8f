guard=peer_guard
tools=(openssl)
