#!/usr/bin/python3
"""A Modbus TCP server that is not ours, for tests: serves given registers on loopback.

usage: modbus_peer.py PORT [TABLE:ADDRESS=VALUE,VALUE,...]...

PORT 0 takes a free one. TABLE is coil, discrete, holding or input; all other registers are zero.
Prints the port it listens on, then serves until its standard input closes.
"""

import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer

TABLES = ["coil", "discrete", "holding", "input"]
REGISTERS = 256


def context_from(arguments):
    tables = {name: [0] * REGISTERS for name in TABLES}
    for argument in arguments:
        place, values = argument.split("=")
        table, address = place.split(":")
        for offset, value in enumerate(values.split(",")):
            tables[table][int(address, 0) + offset] = int(value, 0)
    blocks = [ModbusSequentialDataBlock(0, tables[name]) for name in TABLES]
    unit = ModbusSlaveContext(
        co=blocks[0], di=blocks[1], hr=blocks[2], ir=blocks[3], zero_mode=True)
    return ModbusServerContext(slaves=unit, single=True)


async def serve(port, context):
    server = ModbusTcpServer(context, address=("127.0.0.1", port), allow_reuse_address=True)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print(server.server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), context_from(sys.argv[2:])))
