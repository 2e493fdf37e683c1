// SPDX-License-Identifier: GPL-2.0
/*
 * An I2C adapter with the chips of a plant room behind it, for tests in a virtual machine. What a
 * test sets and sees stands in /sys/module/plant_room_i2c/parameters:
 *
 *   ads1115 at 0x48   ain0…ain3: raw conversions; present_adc: it answers
 *   pcf8575 at 0x20   latches: as written last; changes: how often they changed; present_board;
 *                     lose_power: written, the board starts anew, all released
 *   gp8403 at 0x5e    range, out0, out1
 *
 * Every change of the board's latches is a line of the kernel's log.
 */
#include <linux/i2c.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static int ain0 = 13200, ain1 = 13200, ain2 = 13200, ain3 = 13200;
module_param(ain0, int, 0644);
module_param(ain1, int, 0644);
module_param(ain2, int, 0644);
module_param(ain3, int, 0644);
static bool present_adc = true, present_board = true;
module_param(present_adc, bool, 0644);
module_param(present_board, bool, 0644);
static uint latches = 0xffff, changes;
module_param(latches, uint, 0444);
module_param(changes, uint, 0444);
static uint range, out0, out1;
module_param(range, uint, 0444);
module_param(out0, uint, 0444);
module_param(out1, uint, 0444);

static u16 config = 0x8583;
static unsigned long converting_until;
static u8 pointer;

static void latch(u16 to)
{
	if (to == latches)
		return;
	latches = to;
	changes++;
	pr_info("plant-room: latches %04x\n", latches);
}

static int lose_power(const char *text, const struct kernel_param *kp)
{
	latch(0xffff);
	return 0;
}
static const struct kernel_param_ops lose_power_ops = { .set = lose_power };
module_param_cb(lose_power, &lose_power_ops, NULL, 0200);

static int adc(struct i2c_msg *m)
{
	const int inputs[] = { ain0, ain1, ain2, ain3 };
	u16 word;

	if (!present_adc)
		return -ENXIO;
	if (!(m->flags & I2C_M_RD)) {
		if (m->len > 0)
			pointer = m->buf[0];
		if (m->len == 3 && pointer == 1) {
			config = (m->buf[1] << 8) | m->buf[2];
			converting_until = jiffies + msecs_to_jiffies(7);
		}
		return 0;
	}
	if (pointer == 1)
		word = time_before(jiffies, converting_until) ? config & 0x7fff : config | 0x8000;
	else
		word = (u16)inputs[(config >> 12) & 3];
	if (m->len > 0)
		m->buf[0] = word >> 8;
	if (m->len > 1)
		m->buf[1] = word & 0xff;
	return 0;
}

static int board(struct i2c_msg *m)
{
	if (!present_board)
		return -ENXIO;
	if (m->flags & I2C_M_RD) {
		if (m->len > 0)
			m->buf[0] = latches & 0xff;
		if (m->len > 1)
			m->buf[1] = latches >> 8;
	} else if (m->len == 2) {
		latch(m->buf[0] | (m->buf[1] << 8));
	}
	return 0;
}

static int outputs(struct i2c_msg *m)
{
	if ((m->flags & I2C_M_RD) || m->len < 2)
		return -ENXIO;
	if (m->buf[0] == 1)
		range = m->buf[1];
	if (m->len == 3 && m->buf[0] == 2)
		out0 = (m->buf[1] | (m->buf[2] << 8)) >> 4;
	if (m->len == 3 && m->buf[0] == 4)
		out1 = (m->buf[1] | (m->buf[2] << 8)) >> 4;
	return 0;
}

static int xfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	int i, error;

	for (i = 0; i < count; i++) {
		switch (messages[i].addr) {
		case 0x48: error = adc(&messages[i]); break;
		case 0x20: error = board(&messages[i]); break;
		case 0x5e: error = outputs(&messages[i]); break;
		default: error = -ENXIO;
		}
		if (error)
			return error;
	}
	return count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C;
}

static const struct i2c_algorithm algorithm = { .master_xfer = xfer, .functionality = functionality };
static struct i2c_adapter adapter = { .owner = THIS_MODULE, .name = "plant room", .algo = &algorithm };

static int __init begin(void)
{
	return i2c_add_adapter(&adapter);
}
static void __exit end(void)
{
	i2c_del_adapter(&adapter);
}
module_init(begin);
module_exit(end);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("I2C chips of a plant room, for tests");
