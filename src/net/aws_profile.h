#pragma once
/*
 * Region and credentials as Amazon's own tools find them: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 * AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION; else the files ~/.aws/credentials and
 * ~/.aws/config (AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE) by the profile AWS_PROFILE or
 * "default". Roles, SSO and the machine's own (IMDS) are not asked: hand their credentials over by
 * `aws configure export-credentials --format env`. Any thread may call; reads the environment.
 */
#include "net/sigv4.h"

enum { AWS_FILE_MAX = 1 << 20 };

struct aws_profile {
    struct sigv4_key key;
    struct slice region, endpoint;
};

/* What is not there stays empty. Fails only for a file that cannot be read. */
bool aws_profile_find(struct arena *arena, struct aws_profile *profile, struct error *err);

/* Takes what a section of an ini file says: `section` is "default" or (in the config file)
   "profile NAME". Values that are there already stay. Lines that are none are passed over. */
void aws_profile_read(struct slice file, struct slice section, struct aws_profile *profile);
