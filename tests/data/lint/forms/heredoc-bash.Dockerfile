FROM debian
RUN <<EOT bash
  set -euo pipefail
  curl x | tar x
EOT
