FROM {{ base }}
{% if x %}
RUN {{ command }}
{% endif %}
