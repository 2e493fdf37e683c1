#!/usr/bin/python3
"""A Modbus TCP server that is not ours, for tests: serves given registers on loopback.

usage: modbus_peer.py PORT [unit=N] [registers=N] [TABLE:ADDRESS=VALUE,VALUE,...]...

PORT 0 takes a free one. It answers as every unit, or as the given one only. Each table has 256
registers, or as many as given; TABLE is coil, discrete, holding or input; all other registers are
zero.
Prints the port it listens on, then serves until its standard input closes; a line on it such as
"input:12=17530,0" changes registers meanwhile.
"""

import asyncio
import logging
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer

TABLES = ["coil", "discrete", "holding", "input"]
REGISTERS = 256


def write(blocks, argument):
    place, values = argument.split("=")
    table, address = place.split(":")
    blocks[table].setValues(int(address, 0), [int(value, 0) for value in values.split(",")])


def follow_input(blocks):
    for line in sys.stdin:
        write(blocks, line)


async def serve(port, arguments):
    settings = dict(a.split("=") for a in arguments if ":" not in a)
    size = int(settings.get("registers", REGISTERS))
    blocks = {name: ModbusSequentialDataBlock(0, [0] * size) for name in TABLES}
    for argument in arguments:
        if ":" in argument:
            write(blocks, argument)
    unit = ModbusSlaveContext(co=blocks["coil"], di=blocks["discrete"], hr=blocks["holding"],
                              ir=blocks["input"], zero_mode=True)
    if "unit" in settings:
        context = ModbusServerContext(slaves={int(settings["unit"]): unit}, single=False)
    else:
        context = ModbusServerContext(slaves=unit, single=True)
    server = ModbusTcpServer(context, address=("127.0.0.1", port), allow_reuse_address=True)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print(server.server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, follow_input, blocks)
    serving.cancel()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # being killed in the middle of a talk is its job
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2:]))
