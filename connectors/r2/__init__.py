"""Cloudflare R2, or any store that speaks S3, through boto3: customers' files, and the spool of several machines."""
