// Hand-written loss and gradient kernels, the C that the benchmark compares with: -DPOLY inlines branch-free exp and log.
#include <math.h>
#include <stdint.h>
#include <string.h>
#ifndef REAL
#define REAL double
#endif
typedef REAL real;
#ifdef F32
 typedef int32_t ibits; typedef uint32_t ubits;
#else
 typedef int64_t ibits; typedef uint64_t ubits;
#endif
#define INL static inline __attribute__((always_inline))
INL ibits r2i(real x){ibits i; memcpy(&i,&x,sizeof x); return i;}
INL real i2r(ibits i){real x; memcpy(&x,&i,sizeof x); return x;}
#ifdef POLY
#ifdef F32
INL real EXP(real x){
  x = x < -87.0f ? -87.0f : x; x = x > 88.0f ? 88.0f : x;
  real kd = x*1.44269504f + 12582912.0f; ibits ki=r2i(kd); kd -= 12582912.0f;
  real r = x - kd*0.693359375f; r = r - kd*-2.12194440e-4f;
  real p = 1.9875691500E-4f; p=p*r+1.3981999507E-3f; p=p*r+8.3334519073E-3f; p=p*r+4.1665795894E-2f; p=p*r+1.6666665459E-1f; p=p*r+5.0000001201E-1f;
  p = p*r*r + r + 1.0f;
  return p*i2r((ibits)((ubits)(ki+127)<<23));
}
INL real LOG(real x){
  ibits b=r2i(x); ibits e=(b-0x3f3504f3)>>23; real f=i2r(b-(ibits)((ubits)e<<23))-1.0f;
  real s=f/(2.0f+f), z=s*s, w=z*z;
  real t1=w*(0.40000972152f+w*0.24279078841f), t2=z*(0.66666662693f+w*0.28498786688f);
  real R=t1+t2, h=0.5f*f*f, dk=(real)(int32_t)e;
  return s*(h+R)+dk*9.0580006145e-06f-h+f+dk*6.9313812256e-01f;
}
#else
INL real EXP(real x){
  x = x < -708.0 ? -708.0 : x; x = x > 709.0 ? 709.0 : x;
  real kd = x*1.4426950408889634 + 0x1.8p52; ibits ki=r2i(kd); kd -= 0x1.8p52;
  real r = x - kd*6.93147180369123816490e-01; r = r - kd*1.90821492927058770002e-10;
  // degree-12 Taylor, Estrin-ish
  real r2=r*r, r4=r2*r2;
  real a=1.0+r, b=1.0/2+r*(1.0/6), c=1.0/24+r*(1.0/120), d=1.0/720+r*(1.0/5040), e=1.0/40320+r*(1.0/362880), f=1.0/3628800+r*(1.0/39916800);
  real p=(a+r2*b)+r4*((c+r2*d)+r4*((e+r2*f)+r4*(1.0/479001600)));
  return p*i2r((ibits)((ubits)(ki+1023)<<52));
}
INL real LOG(real x){
  ubits b=(ubits)r2i(x); ubits e=(b-0x3fe6a09e667f3bcdULL+(1023ULL<<52))>>52; real f=i2r((ibits)(b-((e-1023)<<52)))-1.0;
  real s=f/(2.0+f), z=s*s, w=z*z;
  real t1=w*(3.999999999940941908e-01+w*(2.222219843214978396e-01+w*1.531383769920937332e-01));
  real t2=z*(6.666666666666735130e-01+w*(2.857142874366239149e-01+w*(1.818357216161805012e-01+w*1.479819860511658591e-01)));
  real R=t1+t2, h=0.5*f*f, dk=i2r((ibits)(e|0x4330000000000000ULL))-(4503599627370496.0+1023.0);
  return s*(h+R)+dk*1.90821492927058770002e-10-h+f+dk*6.93147180369123816490e-01;
}
#endif
INL real LOG1P(real u){ real w=1+u; return LOG(w)+(u-(w-1))/w; }
#else
#ifdef F32
#define EXP expf
#define LOG logf
#define LOG1P log1pf
#else
#define EXP exp
#define LOG log
#define LOG1P log1p
#endif
#endif
#ifdef F32
#define FABS fabsf
#else
#define FABS fabs
#endif
#ifdef NOSIMDPRAGMA
#define LOOP(...)
#else
#define STR(x) #x
#define LOOP(...) _Pragma(STR(omp simd __VA_ARGS__))
#endif
#define C(x) ((real)(x))
// returns SUM; caller divides
double A(long n,const real*y,const real*mu,real sigma,real*g){
  real s=0, k=1/(sigma*sigma), kn=k/n;
  LOOP(reduction(+:s))
  for(long i=0;i<n;i++){ real d=mu[i]-y[i]; s+=d*d; g[i]=d*kn; }
  return 0.5*k*(double)s/n + log(sigma)+0.91893853320467274178;
}
double B(long n,const real*y,const real*mu,const real*sp,real*gm,real*gs){ // softplus
  double tot=0; real in=C(1.0)/n;
  for(long i0=0;i0<n;i0+=8192){ long i1=i0+8192<n?i0+8192:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=i0;i<i1;i++){ real x=sp[i], u=EXP(-FABS(x)); real q=1/(1+u); real sg=(x>0?x:0)+LOG1P(u); real sig=x>0?q:u*q;
    real is=1/sg, d=mu[i]-y[i], z=d*is; s+=LOG(sg)+C(0.5)*z*z; gm[i]=z*is*in; gs[i]=(1-z*z)*is*sig*in; }
  tot+=s; }
  return tot/n+0.91893853320467274178;
}
double Bx(long n,const real*y,const real*mu,const real*sp,real*gm,real*gs){ // exp link
  double tot=0; real in=C(1.0)/n;
  for(long i0=0;i0<n;i0+=8192){ long i1=i0+8192<n?i0+8192:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=i0;i<i1;i++){ real x=sp[i], is=EXP(-x), d=mu[i]-y[i], z=d*is; s+=x+C(0.5)*z*z; gm[i]=z*is*in; gs[i]=(1-z*z)*in; }
  tot+=s; }
  return tot/n+0.91893853320467274178;
}
// the same with the loss of every row, as the kit gives it: what memory alone costs
double Ar(long n,const real*y,const real*mu,real*g,real*v){
  LOOP()
  for(long i=0;i<n;i++){ real d=mu[i]-y[i]; v[i]=C(0.5)*d*d+C(0.91893853320467274178); g[i]=d; }
  return 0;
}
double Bxr(long n,const real*y,const real*mu,const real*sp,real*gm,real*gs,real*v){
  LOOP()
  for(long i=0;i<n;i++){ real x=sp[i], is=EXP(-x), d=mu[i]-y[i], z=d*is;
    v[i]=x+C(0.5)*z*z+C(0.91893853320467274178); gm[i]=z*is; gs[i]=1-z*z; }
  return 0;
}
double Cc(long n,const real*y,const real*z,real*g){
  double tot=0; real in=C(1.0)/n;
  for(long i0=0;i0<n;i0+=8192){ long i1=i0+8192<n?i0+8192:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=i0;i<i1;i++){ real x=z[i], u=EXP(-FABS(x)), q=1/(1+u), sig=x>0?q:u*q; s+=(x>0?x:0)+LOG1P(u)-y[i]*x; g[i]=(sig-y[i])*in; }
  tot+=s; }
  return tot/n;
}
// Stirling pieces with branch-free shift by 8 when x<8: lgamma=st-log(p), digamma=ds-q
INL void gpart(real x, real*st, real*p, real*ds, real*q){
  real x1=x+1,x2=x+2,x3=x+3,x4=x+4,x5=x+5,x6=x+6,x7=x+7;
  real pa=x*x7, pb=x1*x6, pc=x2*x5, pd=x3*x4; real t=x+x7; // x+x7=x1+x6=...
  real ab=pa*pb, cd=pc*pd; real P=ab*cd; real dP=t*((pa+pb)*cd+(pc+pd)*ab);
  int sm = x<8; real w= sm? x+8 : x; P= sm? P:1; dP= sm? dP:0;
  real iw=1/w, z=iw*iw, lw=LOG(w);
  *st=(w-C(0.5))*lw-w+C(0.91893853320467274178)+iw*(C(1.0/12)+z*(C(-1.0/360)+z*(C(1.0/1260)+z*(C(-1.0/1680)+z*(C(1.0/1188)+z*(C(-691.0/360360)+z*(C(1.0/156)+z*C(-3617.0/122400))))))));
  *ds=lw-C(0.5)*iw-z*(C(1.0/12)+z*(C(-1.0/120)+z*(C(1.0/252)+z*(C(-1.0/240)+z*(C(1.0/132)+z*(C(-691.0/32760)+z*(C(1.0/12)+z*C(-3617.0/8160))))))));
  *p=P; *q=dP/P;
}
double D(long n,const real*y,const real*eta,const real*t,real*ge,real*gt){
  double tot=0; real in=C(1.0)/n;
  for(long i0=0;i0<n;i0+=4096){ long i1=i0+4096<n?i0+4096:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=i0;i<i1;i++){ real mu=EXP(eta[i]), r=EXP(t[i]), yy=y[i];
    real sa,pa,da,qa,sb,pb,db,qb,sc,pc,dc,qc; gpart(yy+r,&sa,&pa,&da,&qa); gpart(r,&sb,&pb,&db,&qb); gpart(yy+1,&sc,&pc,&dc,&qc);
    real rm=r+mu, irm=1/rm, lrm=LOG(rm);
    real lg=sa-sb-sc-LOG(pa/(pb*pc));
    s+=-(lg + r*(t[i]-lrm)+yy*(eta[i]-lrm));
    ge[i]=r*(mu-yy)*irm*in;
    gt[i]=-r*((da-qa)-(db-qb)+(t[i]-lrm)+1-(r+yy)*irm)*in; }
  tot+=s; }
  return tot/n;
}
double Dc(long n,const real*y,const real*eta,const real*t,real*ge,real*gt){ // lgamma(y+1) hoisted out (data constant)
  double tot=0; real in=C(1.0)/n;
  for(long i0=0;i0<n;i0+=4096){ long i1=i0+4096<n?i0+4096:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=i0;i<i1;i++){ real mu=EXP(eta[i]), r=EXP(t[i]), yy=y[i];
    real sa,pa,da,qa,sb,pb,db,qb; gpart(yy+r,&sa,&pa,&da,&qa); gpart(r,&sb,&pb,&db,&qb);
    real rm=r+mu, irm=1/rm, lrm=LOG(rm);
    real lg=sa-sb-LOG(pa/pb);
    s+=-(lg + r*(t[i]-lrm)+yy*(eta[i]-lrm));
    ge[i]=r*(mu-yy)*irm*in;
    gt[i]=-r*((da-qa)-(db-qb)+(t[i]-lrm)+1-(r+yy)*irm)*in; }
  tot+=s; }
  return tot/n;
}
double E(long n,const real*y,const real*mu,const real*ls,const real*t,real*gm,real*gs,real*gt){ // nu=exp(t), sigma=exp(ls)
  double tot=0; real in=C(1.0)/n;
  for(long i0=0;i0<n;i0+=4096){ long i1=i0+4096<n?i0+4096:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=i0;i<i1;i++){ real is=EXP(-ls[i]), nu=EXP(t[i]); real z=(y[i]-mu[i])*is, z2=z*z;
    real sa,pa,da,qa,sb,pb,db,qb; gpart(C(0.5)*(nu+1),&sa,&pa,&da,&qa); gpart(C(0.5)*nu,&sb,&pb,&db,&qb);
    real inu=1/nu, l1=LOG1P(z2*inu), den=1/(nu+z2);
    s+=-(sa-sb-LOG(pa/pb))+C(0.5)*(t[i]+C(1.1447298858494002))+ls[i]+C(0.5)*(nu+1)*l1;
    real w=(nu+1)*den; gm[i]=-w*z*is*in; gs[i]=(1-w*z2)*in;
    gt[i]=C(0.5)*nu*(-(da-qa)+(db-qb)+inu+l1-w*z2*inu)*in; }
  tot+=s; }
  return tot/n;
}
double F(long n,long K,const real*zz,const int64_t*lab,real*g){
  double tot=0; real in=C(1.0)/n;
  for(long i=0;i<n;i++){ const real*z=zz+i*K; real*gg=g+i*K; real m=z[0];
    LOOP(reduction(max:m))
    for(long k=0;k<K;k++) m = z[k]>m?z[k]:m;
    real s=0;
    LOOP(reduction(+:s))
    for(long k=0;k<K;k++){ real e=EXP(z[k]-m); gg[k]=e; s+=e; }
    real is=in/s;
    LOOP()
    for(long k=0;k<K;k++) gg[k]*=is;
    gg[lab[i]]-=in; tot+=log(s)+m-z[lab[i]]; }
  return tot/n;
}
#define KM 5
double G(long n,const real*y,const real*lw,const real*mu,const real*ls,real*out){ // out[15] grads of mean nll wrt (lw(normalised logits), mu, ls)
  double tot=0, acc[3*KM]; real a[KM], is[KM]; for(int k=0;k<3*KM;k++)acc[k]=0;
  for(int k=0;k<KM;k++){ a[k]=lw[k]-ls[k]; is[k]=exp(-ls[k]); }
  for(long i0=0;i0<n;i0+=4096){ long i1=i0+4096<n?i0+4096:n; real s=0, w0=0,w1=0,w2=0,w3=0,w4=0,m0=0,m1=0,m2=0,m3=0,m4=0,s0=0,s1=0,s2=0,s3=0,s4=0;
  LOOP(reduction(+:s,w0,w1,w2,w3,w4,m0,m1,m2,m3,m4,s0,s1,s2,s3,s4))
  for(long i=i0;i<i1;i++){ real yy=y[i];
    real z0=(yy-mu[0])*is[0],z1=(yy-mu[1])*is[1],z2=(yy-mu[2])*is[2],z3=(yy-mu[3])*is[3],z4=(yy-mu[4])*is[4];
    real t0=a[0]-C(.5)*z0*z0,t1=a[1]-C(.5)*z1*z1,t2=a[2]-C(.5)*z2*z2,t3=a[3]-C(.5)*z3*z3,t4=a[4]-C(.5)*z4*z4;
    real m=t0>t1?t0:t1; m=m>t2?m:t2; m=m>t3?m:t3; m=m>t4?m:t4;
    real e0=EXP(t0-m),e1=EXP(t1-m),e2=EXP(t2-m),e3=EXP(t3-m),e4=EXP(t4-m); real S=e0+e1+e2+e3+e4, q=1/S;
    s+=m+LOG(S); e0*=q;e1*=q;e2*=q;e3*=q;e4*=q;
    w0+=e0;w1+=e1;w2+=e2;w3+=e3;w4+=e4; m0+=e0*z0;m1+=e1*z1;m2+=e2*z2;m3+=e3*z3;m4+=e4*z4;
    s0+=e0*z0*z0;s1+=e1*z1*z1;s2+=e2*z2*z2;s3+=e3*z3*z3;s4+=e4*z4*z4; }
  tot+=s; real W[15]={w0,w1,w2,w3,w4,m0,m1,m2,m3,m4,s0,s1,s2,s3,s4}; for(int k=0;k<15;k++)acc[k]+=W[k]; }
  double mx=-1e300,S=0; for(int k=0;k<KM;k++) mx=lw[k]>mx?lw[k]:mx; for(int k=0;k<KM;k++) S+=exp(lw[k]-mx); double lse=mx+log(S);
  for(int k=0;k<KM;k++){ out[k]=exp(lw[k]-lse)-acc[k]/n; out[KM+k]=-acc[KM+k]*is[k]/n; out[2*KM+k]=(acc[k]-acc[2*KM+k])/n; }
  return -tot/n+lse+0.91893853320467274178;
}
// a mixture of 5 normals of its own for every row: columns of weights, means and softplus scales, x[15], gradients g[15]
#define EACH(k) \
    real v##k=x##1##k[i], u##k=EXP(-FABS(v##k)), q##k=1/(1+u##k), sp##k=(v##k>0?v##k:0)+LOG1P(u##k), sl##k=v##k>0?q##k:u##k*q##k; \
    real is##k=1/sp##k, z##k=(yy-x##2##k[i])*is##k, l##k=w##k[i], t##k=l##k-C(.5)*z##k*z##k-LOG(sp##k);
double M(long n,const real*y,
  const real*w0,const real*w1,const real*w2,const real*w3,const real*w4,
  const real*x20,const real*x21,const real*x22,const real*x23,const real*x24,
  const real*x10,const real*x11,const real*x12,const real*x13,const real*x14,
  real*a0,real*a1,real*a2,real*a3,real*a4,real*b0,real*b1,real*b2,real*b3,real*b4,real*c0,real*c1,real*c2,real*c3,real*c4){
  double tot=0;
  for(long j=0;j<n;j+=4096){ long j1=j+4096<n?j+4096:n; real s=0;
  LOOP(reduction(+:s))
  for(long i=j;i<j1;i++){ real yy=y[i]; EACH(0) EACH(1) EACH(2) EACH(3) EACH(4)
    real m=t0>t1?t0:t1; m=m>t2?m:t2; m=m>t3?m:t3; m=m>t4?m:t4;
    real e0=EXP(t0-m),e1=EXP(t1-m),e2=EXP(t2-m),e3=EXP(t3-m),e4=EXP(t4-m), S=e0+e1+e2+e3+e4, p=1/S;
    real h=l0>l1?l0:l1; h=h>l2?h:l2; h=h>l3?h:l3; h=h>l4?h:l4;
    real f0=EXP(l0-h),f1=EXP(l1-h),f2=EXP(l2-h),f3=EXP(l3-h),f4=EXP(l4-h), F=f0+f1+f2+f3+f4, r=1/F;
    s+=LOG(F)+h-m-LOG(S); e0*=p;e1*=p;e2*=p;e3*=p;e4*=p;
    a0[i]=f0*r-e0;a1[i]=f1*r-e1;a2[i]=f2*r-e2;a3[i]=f3*r-e3;a4[i]=f4*r-e4;
    b0[i]=-e0*z0*is0;b1[i]=-e1*z1*is1;b2[i]=-e2*z2*is2;b3[i]=-e3*z3*is3;b4[i]=-e4*z4*is4;
    c0[i]=e0*(1-z0*z0)*is0*sl0;c1[i]=e1*(1-z1*z1)*is1*sl1;c2[i]=e2*(1-z2*z2)*is2*sl2;c3[i]=e3*(1-z3*z3)*is3*sl3;c4[i]=e4*(1-z4*z4)*is4*sl4; }
  tot+=s; }
  return tot/n+C(0.91893853320467274178);
}
// limits
double rd(long n,const real*x){ real s=0; LOOP(reduction(+:s)) for(long i=0;i<n;i++) s+=x[i]; return s; }
void cpy(long n,const real*x,real*o){ for(long i=0;i<n;i++) o[i]=x[i]; }
void triad(long n,const real*x,const real*y,real*o){ for(long i=0;i<n;i++) o[i]=x[i]+C(3)*y[i]; }
void vexp(long n,const real*x,real*o){ LOOP() for(long i=0;i<n;i++) o[i]=EXP(x[i]); }
void vlog(long n,const real*x,real*o){ LOOP() for(long i=0;i<n;i++) o[i]=LOG(x[i]); }
void vlog1p(long n,const real*x,real*o){ LOOP() for(long i=0;i<n;i++) o[i]=LOG1P(x[i]); }
void vlgam(long n,const real*x,real*o){ LOOP() for(long i=0;i<n;i++){ real a,b,c,d; gpart(x[i],&a,&b,&c,&d); o[i]=a-LOG(b);} }
void vdig(long n,const real*x,real*o){ LOOP() for(long i=0;i<n;i++){ real a,b,c,d; gpart(x[i],&a,&b,&c,&d); o[i]=c-d;} }
void vlgam_libm(long n,const real*x,real*o){ for(long i=0;i<n;i++) o[i]=lgamma(x[i]); }
