"""Draws the three menu-bar icons (icons/tray): told apart by shape alone, black with alpha, 44 by 44. Run: python3 scripts/tray_icons.py icons/tray"""
import zlib,struct,math,sys
# 44x44 template images: black with alpha, three shapes, antialiased by 8x8 supersampling.
def png(path,inside,n=44,ss=8):
    rows=[]
    for y in range(n):
        row=bytearray([0])
        for x in range(n):
            c=0
            for i in range(ss):
                for j in range(ss):
                    if inside((x+(i+.5)/ss)/n,(y+(j+.5)/ss)/n): c+=1
            row+=bytes([0,0,0,round(255*c/ss/ss)])
        rows.append(bytes(row))
    raw=zlib.compress(b''.join(rows),9)
    def chunk(t,d): return struct.pack('>I',len(d))+t+d+struct.pack('>I',zlib.crc32(t+d))
    open(path,'wb').write(b'\x89PNG\r\n\x1a\n'+chunk(b'IHDR',struct.pack('>IIBBBBB',n,n,8,6,0,0,0))+chunk(b'IDAT',raw)+chunk(b'IEND',b''))
def seg(px,py,ax,ay,bx,by,w):
    dx,dy=bx-ax,by-ay; t=max(0,min(1,((px-ax)*dx+(py-ay)*dy)/(dx*dx+dy*dy)))
    return math.hypot(px-ax-t*dx,py-ay-t*dy)<=w
def well(x,y):
    if math.hypot(x-.5,y-.5)>.42: return False
    return not(seg(x,y,.31,.52,.44,.65,.055) or seg(x,y,.44,.65,.69,.37,.055))
def tri(x,y):
    # rounded triangle by distance to segments and inside test
    A=(.5,.14);B=(.9,.84);C=(.1,.84)
    def side(p,q): return (q[0]-p[0])*(y-p[1])-(q[1]-p[1])*(x-p[0])
    ins=side(A,B)>=0 and side(B,C)>=0 and side(C,A)>=0
    edge=any(seg(x,y,p[0],p[1],q[0],q[1],.05) for p,q in((A,B),(B,C),(C,A)))
    if not(ins or edge): return False
    return not(seg(x,y,.5,.4,.5,.6,.05) or math.hypot(x-.5,y-.73)<=.055)
def off(x,y):
    d=math.hypot(x-.5,y-.5)
    return .33<=d<=.42 or seg(x,y,.36,.5,.64,.5,.05)
for name,f in(('well',well),('trouble',tri),('off',off)): png(f'{sys.argv[1]}/{name}.png',f)
