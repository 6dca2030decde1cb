FROM haproxy:latest  # Unpredictable updates
FROM haproxy:alpine  # May get major version upgrades
