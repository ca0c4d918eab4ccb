// A reverse proxy of Go's library that computes MD5 and CRC64 of uploads as they pass, for comparison: what one would
// write in an hour. Arguments: address to listen on, URL of the origin.
package main

import (
	"crypto/md5"
	"encoding/base64"
	"errors"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
)

var table = crc64.MakeTable(crc64.ECMA)

// A body that fails at its end when its digests are not those that were claimed.
type checked struct {
	io.Reader
	io.Closer
	verify func() error
}

func (body *checked) Read(bytes []byte) (int, error) {
	count, err := body.Reader.Read(bytes)
	if err == io.EOF {
		if wrong := body.verify(); wrong != nil {
			return count, wrong
		}
	}
	return count, err
}

func check(request *http.Request) {
	claimedMD5 := request.Header.Get("Content-Md5")
	claimedCRC := request.Header.Get("X-Oss-Hash-Crc64ecma")
	if request.Body == nil || claimedMD5 == "" && claimedCRC == "" {
		return
	}
	sum, crc := md5.New(), crc64.New(table)
	var digests []io.Writer
	if claimedMD5 != "" {
		digests = append(digests, sum)
	}
	if claimedCRC != "" {
		digests = append(digests, crc)
	}
	request.Body = &checked{
		io.TeeReader(request.Body, io.MultiWriter(digests...)), request.Body,
		func() error {
			if claimedMD5 != "" && base64.StdEncoding.EncodeToString(sum.Sum(nil)) != claimedMD5 {
				return errors.New("wrong MD5")
			}
			if claimedCRC != "" && strconv.FormatUint(crc.Sum64(), 10) != claimedCRC {
				return errors.New("wrong CRC64")
			}
			return nil
		},
	}
}

func main() {
	origin, err := url.Parse(os.Args[2])
	if err != nil {
		panic(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(origin)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true, WriteBufferSize: 65536}
	direct := proxy.Director
	proxy.Director = func(request *http.Request) {
		direct(request)
		check(request)
	}
	panic(http.ListenAndServe(os.Args[1], proxy))
}
