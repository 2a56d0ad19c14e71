file,line,reason,record
