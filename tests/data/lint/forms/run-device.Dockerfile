FROM alpine
RUN --device=vendor1.com/gpu=0 nvidia-smi
RUN --device=name=vendor.com/d,required=false true
RUN --device=a,required true
