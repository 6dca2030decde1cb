FROM debian:12
RUN ssh -o StrictHostKeyChecking=no git@example.com
RUN GIT_SSH_COMMAND="ssh -o StrictHostKeyChecking=no" git clone git@example.com:x
RUN echo "StrictHostKeyChecking no" >> /root/.ssh/config
RUN ssh-keyscan github.com >> /root/.ssh/known_hosts
ENV GIT_SSH_COMMAND="ssh -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no"
