# Opens listening sockets in the network it is started in, then becomes the given command, which inherits them as
# descriptors 3, 4, ... in the order given: so a sandbox with a network of its own can answer on this machine's
# loopback. Usage: hold-listeners.pl ADDRESS:PORT ... -- COMMAND ARGUMENT ...
use strict;
use warnings;
use Socket;

$^F = 255;    # descriptors up to this number stay open across exec
my @held;
while (@ARGV && $ARGV[0] ne "--") {
    my ($address, $port) = split /:/, shift @ARGV;
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1) or die "setsockopt: $!\n";
    bind($socket, sockaddr_in($port, inet_aton($address))) or die "bind $address:$port: $!\n";
    listen($socket, 4096) or die "listen $address:$port: $!\n";
    push @held, $socket;
}
shift @ARGV;
exec { $ARGV[0] } @ARGV or die "exec $ARGV[0]: $!\n";
