// SPDX-License-Identifier: Apache-2.0
// A small SCSI generic program, compiled for 32 and 64 bits by caller_of_32_bits.sh: sg_caller WHAT NODE.
#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static sg_io_hdr_t header(unsigned char *cdb, unsigned char length, unsigned char *sense) {
    sg_io_hdr_t hdr;
    memset(&hdr, 0, sizeof hdr);
    hdr.interface_id = 'S';
    hdr.dxfer_direction = SG_DXFER_FROM_DEV;
    hdr.cmdp = cdb;
    hdr.cmd_len = length;
    hdr.sbp = sense;
    hdr.mx_sb_len = 32;
    hdr.timeout = 5000;
    return hdr;
}

static void check(const sg_io_hdr_t *hdr) {
    if (hdr->status != 0 || hdr->host_status != 0 || hdr->driver_status != 0 || hdr->resid != 0) {
        fprintf(stderr, "status %u host %u driver %u residual %d\n", hdr->status, hdr->host_status, hdr->driver_status, hdr->resid);
        exit(1);
    }
}

static void inquiry(int fd) {
    unsigned char cdb[6] = {0x12, 0, 0, 0, 36, 0}, sense[32], data[37] = {0};
    sg_io_hdr_t hdr = header(cdb, sizeof cdb, sense);
    hdr.dxferp = data;
    hdr.dxfer_len = 36;
    if (ioctl(fd, SG_IO, &hdr) != 0) {
        fail("SG_IO");
    }
    check(&hdr);
    printf("%.8s %.8s\n", data + 8, data + 16);
}

// 4096 bytes to pieces of 1, 1000 and 3095.
static void read_in_pieces(int fd) {
    unsigned char cdb[10] = {0x28, 0, 0, 0, 0, 0, 0, 0, 8, 0}, sense[32];
    unsigned char *data = malloc(4096 + 200);
    sg_iovec_t pieces[3] = {{data, 1}, {data + 101, 1000}, {data + 1201, 3095}};
    sg_io_hdr_t hdr = header(cdb, sizeof cdb, sense);
    hdr.dxferp = pieces;
    hdr.iovec_count = 3;
    hdr.dxfer_len = 4096;
    if (ioctl(fd, SG_IO, &hdr) != 0) {
        fail("SG_IO");
    }
    check(&hdr);
    for (int i = 0; i < 3; ++i) {
        fwrite(pieces[i].iov_base, 1, pieces[i].iov_len, stdout);
    }
}

static void read_asynchronously(int fd) {
    unsigned char cdb[10] = {0x28, 0, 0, 0, 0, 0, 0, 0, 8, 0}, sense[32];
    unsigned char *data = malloc(4096);
    sg_io_hdr_t hdr = header(cdb, sizeof cdb, sense);
    hdr.dxferp = data;
    hdr.dxfer_len = 4096;
    hdr.pack_id = 17;
    hdr.usr_ptr = sense;
    if (write(fd, &hdr, sizeof hdr) != (ssize_t)sizeof hdr) {
        fail("write");
    }
    sg_io_hdr_t answer;
    memset(&answer, 0, sizeof answer);
    answer.interface_id = 'S';
    answer.pack_id = 17;
    if (read(fd, &answer, sizeof answer) != (ssize_t)sizeof answer) {
        fail("read");
    }
    check(&answer);
    if (answer.pack_id != 17 || answer.usr_ptr != sense || answer.dxferp != data) {
        fprintf(stderr, "the header came back changed\n");
        exit(1);
    }
    fwrite(data, 1, 4096, stdout);
}

int main(int count, char **arguments) {
    const int fd = count == 3 ? open(arguments[2], O_RDWR) : -1;
    if (fd < 0) {
        fail("sg_caller WHAT NODE");
    }
    if (strcmp(arguments[1], "inquiry") == 0) {
        inquiry(fd);
    } else if (strcmp(arguments[1], "read_in_pieces") == 0) {
        read_in_pieces(fd);
    } else if (strcmp(arguments[1], "read_asynchronously") == 0) {
        read_asynchronously(fd);
    } else {
        unsigned long long size = 0;
        if (ioctl(fd, BLKGETSIZE64, &size) != 0) {
            fail("BLKGETSIZE64");
        }
        printf("%llu\n", size);
    }
    return 0;
}
