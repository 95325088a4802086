package Http;

# Just enough of HTTP: one request on each connection, a process for each.
use strict;
use warnings;
use Errno qw(EINTR);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(:sys_wait_h);

our $LARGEST = 64 * 1024;

sub put {
    my ($socket, $out) = @_;
    while (length $out) {
        my $n = syswrite($socket, $out);
        if (!defined $n) { next if $! == EINTR; return }
        substr($out, 0, $n) = '';
    }
}

sub more {
    my ($socket, $buffer) = @_;
    while (1) {
        my $n = sysread($socket, $$buffer, 16384, length $$buffer);
        return $n if defined $n;
        return 0 unless $! == EINTR;
    }
}

# The body; undef when it breaks off, and 'large' as a second value when it is too large.
sub body {
    my ($socket, $buffer, $headers) = @_;
    put($socket, "HTTP/1.1 100 Continue\r\n\r\n") if lc($headers->{expect} // '') eq '100-continue';
    if (lc($headers->{'transfer-encoding'} // '') eq 'chunked') {
        my $body = '';
        while (1) {
            until ($buffer =~ s/\A([0-9a-fA-F]{1,8})[^\r\n]*\r?\n//) {
                return if length $buffer > 1024 || !more($socket, \$buffer);
            }
            my $size = hex $1;
            return (undef, 'large') if length($body) + $size > $LARGEST;
            return $body if $size == 0;
            while (length $buffer < $size + 2) { return unless more($socket, \$buffer) }
            $body .= substr $buffer, 0, $size, '';
            $buffer =~ s/\A\r?\n//;
        }
    }
    my $length = $headers->{'content-length'} // 0;
    return unless $length =~ /\A[0-9]{1,15}\z/;
    while (length $buffer < $length) {
        return (undef, 'large') if length $buffer > $LARGEST;
        return unless more($socket, \$buffer);
    }
    return (undef, 'large') if $length > $LARGEST;
    return substr $buffer, 0, $length;
}

sub serve {
    my ($socket, $answer) = @_;
    my $head = '';
    while ($head !~ /\r?\n\r?\n/) {
        return if length $head > 65536 || !more($socket, \$head);
        last if $head =~ /\n/ && $head !~ m{\A[^\r\n]* HTTP/1\.[0-9]\r?\n};
    }
    my ($status, $kind, $body);
    if ($head =~ m{\A([A-Za-z!#\$%&'*+.^_`|~0-9-]+) ([^ \r\n]+) HTTP/1\.[0-9]\r?\n(.*?)\r?\n\r?\n(.*)\z}s
        || $head =~ m{\A([A-Za-z!#\$%&'*+.^_`|~0-9-]+) ([^ \r\n]+) HTTP/1\.[0-9](\r?\n)\r?\n(.*)\z}s) {
        my ($method, $target, $lines, $rest) = ($1, $2, $3, $4);
        my %headers;
        for (split /\r?\n/, $lines) { $headers{lc $1} = $2 if /\A([^:\s]+):[ \t]*(.*?)[ \t]*\z/ }
        my ($content, $large) = $method eq 'POST' ? body($socket, $rest, \%headers) : '';
        return if $large; # hanging up is an answer, too
        $target =~ s{\Ahttps?://[^/?]*}{}i;
        my ($path, $query) = split /\?/, $target, 2;
        ($status, $kind, $body) = defined $content
            ? $answer->($method, $path, $query // '', \%headers, $content)
            : (400, 'application/json', '{"title": "the body broke off"}');
    }
    else { ($status, $kind, $body) = (400, 'text/plain', "this is not HTTP\n") }
    put($socket, "HTTP/1.1 $status \r\nContent-Type: $kind\r\nContent-Length: " . length($body)
        . "\r\nConnection: close\r\n\r\n$body");
    # A close with unread bytes would reset the connection and could swallow the answer.
    shutdown($socket, 1);
    alarm 2;
    my $rest;
    1 while sysread($socket, $rest, 8192);
}

sub run {
    my ($port, $answer) = @_;
    my $stopping = 0;
    $SIG{TERM} = $SIG{INT} = sub { $stopping = 1 };
    $SIG{PIPE} = 'IGNORE';
    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'tcp',
        Listen => 128, ReuseAddr => 1, Blocking => 0,
    ) or die "cannot listen on port $port: $!\n";
    my (%children, $ready);
    $ready = IO::Select->new($listener);
    until ($stopping) {
        while ((my $pid = waitpid(-1, WNOHANG)) > 0) { delete $children{$pid} }
        next unless $ready->can_read(0.25);
        my $socket = $listener->accept or next;
        $socket->blocking(1);
        my $pid = fork;
        if (!defined $pid) { warn "fork: $!\n"; close $socket; next }
        if ($pid == 0) {
            $SIG{TERM} = $SIG{INT} = $SIG{ALRM} = 'DEFAULT';
            close $listener;
            alarm 40;
            serve($socket, $answer);
            POSIX::_exit(0);
        }
        $children{$pid} = 1;
        close $socket;
    }
    close $listener;
    for (1 .. 30) {
        while ((my $pid = waitpid(-1, WNOHANG)) > 0) { delete $children{$pid} }
        last unless %children;
        select undef, undef, undef, 0.1;
    }
    kill 'TERM', keys %children if %children;
}

1;
