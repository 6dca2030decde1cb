FROM ruby:3.3
RUN gem install bundler
RUN gem install --no-document rails:7.1.3 puma
RUN gem i -N --source https://rubygems.org rake
