FROM ruby:3.3
RUN gem install bundler -v 2.5.11
RUN gem install bundler --version=2.5.11 --no-document
RUN gem install rails:7.1.3 puma:6.4.2
RUN gem install nokogiri:1.16.5 -- --use-system-libraries
RUN gem install "bundler:${BUNDLER_VERSION}" ./local.gem
RUN gem install -g Gemfile && gem update --system && bundle install
