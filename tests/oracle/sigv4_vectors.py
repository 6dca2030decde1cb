#!/usr/bin/env python3
"""Writes tests/data/net/sigv4.tsv: requests signed by botocore, the judge of src/net/sigv4.c.
The requests are those of AWS's public Signature Version 4 test suite and what an ECR client sends.
usage: sigv4_vectors.py > tests/data/net/sigv4.tsv   (needs botocore)

Columns: name, form, method, path, query, headers (\\n between), body, key, secret, session, region, service,
time (epoch seconds), what botocore adds: the Authorization header, or the whole query."""
import datetime
from urllib.parse import urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = 'AKIDEXAMPLE'
SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
WHEN = datetime.datetime(2015, 8, 30, 12, 36, 0)
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: WHEN


def line(name, method='GET', path='/', query='', headers=(), body=b'', session=None, service='service',
         region='us-east-1', host='example.amazonaws.com', signer=botocore.auth.SigV4Auth, form='header'):
    url = 'http://' + host + path + ('?' + query if query else '')
    request = AWSRequest(method=method, url=url, data=body)
    request.headers['Host'] = host
    for key, value in headers:
        request.headers[key] = value
    signer(Credentials(KEY, SECRET, session), service, region).add_auth(request)
    parts = urlsplit(request.url)
    given = [('Host', host)] + list(headers)
    print('\t'.join([name, form, method, path, query, '\\n'.join(f'{k}: {v}' for k, v in given), body.decode(),
                     KEY, SECRET, session or '', region, service,
                     str(int(WHEN.replace(tzinfo=datetime.timezone.utc).timestamp())),
                     parts.query if form == 'query' else request.headers['Authorization']]))


line('get-vanilla')
line('post-vanilla', method='POST')
line('get-vanilla-empty-query-key', query='Param1=value1')
line('get-vanilla-query', query='')
line('get-vanilla-query-order-key', query='Param1=value2&Param1=Value1')
line('get-vanilla-query-order-key-case', query='Param2=value2&Param1=value1')
line('get-vanilla-query-order-value', query='Param1=value2&Param1=value1')
line('get-vanilla-query-unreserved',
     query='-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz='
           '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
line('get-vanilla-utf8-query', query='%E1%88%B4=bar')
line('query-prefix-of-name', query='ab=1&a=2&a-b=3')
line('query-no-value', query='flag&other=')
line('query-encoded', query='a%20b=c%26d%3De%2Ff')
line('get-utf8', path='/%E1%88%B4')
line('get-space', path='/example%20space/')
line('get-unreserved', path='/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
line('get-relative', path='/example/..')
line('get-relative-relative', path='/example1/example2/../..')
line('get-relative-above', path='/../../example')
line('get-slash', path='//')
line('get-slash-dot-slash', path='/./')
line('get-slash-pointless-dot', path='/./example')
line('get-slashes', path='//example//')
line('get-trailing', path='/v2/_catalog/')
line('path-colon-plus', path='/a:b+c@d,e')
line('get-header-value-trim', headers=[('My-Header1', ' value1  '), ('My-Header2', '  "a   b   c" ')])
line('get-header-value-order', headers=[('My-Header1', 'value4'), ('My-Header2', 'value1')])
line('post-header-key-case', method='POST', headers=[('MY-HEADER1', 'VALUE1')])
line('post-header-key-sort', method='POST', headers=[('Zebra', 'z'), ('Accept', 'a'), ('Middle-Of', 'm')])
line('post-sts-header', method='POST', session='AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQ==')
line('post-x-www-form-urlencoded', method='POST', body=b'Param1=value1',
     headers=[('Content-Type', 'application/x-www-form-urlencoded')])
line('post-x-www-form-urlencoded-parameters', method='POST', body=b'Param1=value1',
     headers=[('Content-Type', 'application/x-www-form-urlencoded; charset=utf8')])
ecr = [('X-Amz-Target', 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories'),
       ('Content-Type', 'application/x-amz-json-1.1'), ('User-Agent', 'Boto3/1.0')]
line('ecr-port', method='POST', body=b'{"maxResults": 10}', headers=ecr, service='ecr', host='127.0.0.1:5000')
line('ecr-ipv6', method='POST', body=b'{}', headers=ecr, service='ecr', host='[::1]:5000', region='eu-central-1')
line('sts-form', method='POST', body=b'Action=GetCallerIdentity&Version=2011-06-15', service='sts',
     headers=[('Content-Type', 'application/x-www-form-urlencoded; charset=utf-8')], host='127.0.0.1:5000')
line('hash-header', method='POST', body=b'{}', service='ecr',
     headers=[('X-Amz-Content-SHA256', '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')])
line('unsigned-signed-as-hash', method='PUT', path='/bucket/key', service='s3', body=b'hello',
     headers=[('X-Amz-Content-SHA256', 'UNSIGNED-PAYLOAD')], form='s3')
query = dict(form='query', signer=botocore.auth.SigV4QueryAuth)
line('presigned', query='Action=GetCallerIdentity&Version=2011-06-15', service='sts', **query)
line('presigned-session', session='token/with+signs==', service='sts', **query)
line('presigned-port', host='127.0.0.1:5000', path='/v2/', service='ecr', **query)
line('presigned-s3', path='/bucket/a//b%20c', service='s3', form='query', signer=botocore.auth.S3SigV4QueryAuth)
