"""Why something cannot be: codes of Refusal, raised by core modules and adapters."""

#: code -> (Chinese, English). Values in braces come from the refusal's data.
REFUSALS: dict[str, tuple[str, str]] = {
    # --- refusals: requests -------------------------------------------------------------------
    "queue_full_yours": (
        "你已有 {limit} 个请求在排队，等画完一些或用 /cancel 取消后再来。",
        "You already have {limit} requests waiting. Wait for some, or /cancel one first.",
    ),
    "queue_full": (
        "现在排队的人太多（{limit} 个请求），请过一会儿再试。",
        "Too many requests are waiting ({limit}). Please try again in a while.",
    ),
    "prompt_too_long": (
        "提示词太长：{tokens} 个词元，上限 {limit}，请删短后再发。放不下的部分是：「{lost}」",
        "The prompt is too long: {tokens} tokens, the limit is {limit}. Please shorten it. This "
        "part does not fit: “{lost}”",
    ),
    "empty_prompt": (
        "没看到要画什么。请写上描述，例如：一个红色的圆",
        "There is nothing to draw. Please describe it, for example: a red circle",
    ),
    "only_options": (
        "只有参数，没有描述。请先写想画什么，参数放在最后。",
        "There are only options. Say what to draw first, then the options.",
    ),
    "too_long": (
        "太长了：{length} 个字，最多 {limit} 个。请删短后再发。",
        "Too long: {length} characters, at most {limit}. Please shorten it.",
    ),
    "control_characters": (
        "文字里有看不见的控制字符（{character}），请删掉后再发。",
        "The text has an invisible control character ({character}). Please remove it.",
    ),
    "unknown_option": (
        "不认识参数「{option}」，请去掉它，或用 /help 看有哪些参数。",
        "“{option}” is not an option. Remove it, or see /help for those there are.",
    ),
    "unknown_option_near": (
        "不认识参数「{option}」，是想写「{nearest}」吗？",
        "“{option}” is not an option. Did you mean “{nearest}”?",
    ),
    "no_sampler": (
        "这个模型不能换采样器，请去掉「{option}」。",
        "This model has one sampler only. Please remove “{option}”.",
    ),
    "option_not_last": (
        "参数要放在最后：请把「{option}」移到「{rest}」后面。",
        "Options go at the end: please move “{option}” behind “{rest}”.",
    ),
    "given_twice": (
        "「{key}」写了两次（{first} 和 {second}），请只留一个。",
        "“{key}” is given twice ({first} and {second}). Please keep one.",
    ),
    "bad_value": (
        "「{key}」不能是「{value}」，可以是：{allowed}。",
        "“{key}” cannot be “{value}”; allowed: {allowed}.",
    ),
    "missing_value": (
        "「{key}」后面要有一个值，可以是：{allowed}。",
        "“{key}” needs a value; allowed: {allowed}.",
    ),
    "bad_size": (
        "画不了 {value}，最接近的可以是 {nearest}（边长须是 {multiple} 的倍数）。",
        "Cannot draw {value}; the nearest possible size is {nearest} (sides are multiples of "
        "{multiple}).",
    ),
    # --- refusals: pictures to begin from -----------------------------------------------------
    "no_picture_there": (
        "没看到要改的图。请回复一张图发 /edit 换成夜景，或把图和这句话一起发。",
        "There is no picture to change. Reply to one with /edit make it night, or send one with "
        "these words.",
    ),
    "change_to_what": (
        "要改成什么样？请写在后面，例如：/edit 换成夜景 改动 小",
        "Change it to what? Say so behind it, for example: /edit make it night --strength small",
    ),
    "picture_without_words": (
        "要改这张图吗？请回复它并写上怎么改，例如：/edit 换成夜景。一次改一张。",
        "Shall I change this picture? Reply to it and say how: /edit make it night. One at a time.",
    ),
    "which_of_several": (
        "#{id} 有几张图。请先点图下面的数字取出一张，再改那一张。",
        "#{id} has several pictures. Press a number below them for one, then change that.",
    ),
    "no_picture_in_message": (
        "这条消息里没有图片文件。",
        "This message has no picture.",
    ),
    "form_forgotten": (
        "填表的时候我重启过，不记得是哪张图了。请再点一次「改图」。",
        "I was restarted meanwhile and no longer know which picture it was. Please choose "
        "“Change picture” again.",
    ),
    "picture_not_fetched": (
        "没能取到这张图，请重新发一次图。",
        "The picture could not be fetched. Please send it again.",
    ),
    "late_edit": (
        "🕰 你要改图的时候我不在线。还要改的话，请再回复那张图发一次。",
        "🕰 I was offline when you wanted a picture changed. If you still do, reply to it again.",
    ),
    "not_a_picture": (
        "这个文件打不开。请发 JPEG、PNG 或 WebP 图片。",
        "This file cannot be read. Please send a JPEG, PNG or WebP picture.",
    ),
    "picture_too_large": (
        "图片太大，最多 {megabytes} MB。请压缩后再发。",
        "The picture is too large: at most {megabytes} MB. Please send a smaller one.",
    ),
    "too_many_pixels": (
        "图片的像素太多，最多 {megapixels} 百万。请缩小后再发。",
        "The picture has too many pixels: at most {megapixels} million. Please scale it down.",
    ),
    "mask_of_another_size": (
        "蒙版和图片的大小不一样。请用同样的宽和高。",
        "The mask is not of the picture's size. Please make both equally wide and high.",
    ),
    "empty_mask": (
        "蒙版是空的，没有要重画的地方（白色一半以上为重画）。",
        "The mask is empty: nothing would be drawn anew. Where it is to be, it has to be more than "
        "half white.",
    ),
    "no_upload": ("没有这个文件。", "There is no such file."),
    "source_gone": (
        "原来的图已经删除了，请重新发一张。",
        "The picture to begin from was deleted. Please send one again.",
    ),
    "no_inputs": (
        "模型 {model} 只会按文字画，不能改图。",
        "The model {model} draws from words only; it cannot change pictures.",
    ),
    "others_picture": (
        "这张图是别人用自己的图片改的，只有本人能再画。想接着改，请回复这张图发 /edit 和描述。",
        "It was made from a picture of somebody else's, and only they can draw it again. To go on "
        "from here, reply to it with /edit and a description.",
    ),
    "strength_needs_picture": (
        "「改动」要有一张图：请回复一张图，或把图和 /draw 一起发；只按文字画请去掉它。",
        "“--strength” needs a picture: reply to one, or send one together with /draw. Without a "
        "picture, leave it out.",
    ),
    "unknown_button": (
        "这个按钮太旧了，不能用了。请重新发 /draw。",
        "This button is too old to work. Please send /draw again.",
    ),
    "text_only": (
        "我只看得懂文字。发 /draw 加上想画的内容，例如：/draw 一个红色的圆",
        "I understand text only. Send /draw and what you want to see: /draw a red circle",
    ),
    "negative_needs_guidance": (
        "负面词需要引导大于 0：去掉「引导 0」，或写「引导 {usual:g}」。",
        "A negative prompt needs guidance above 0: drop “--cfg 0”, or write “--cfg {usual:g}”.",
    ),
    "not_yours": (
        "这不是你的请求，只有本人和群管理员可以取消。",
        "This is not your request; only its owner and the group's admins can cancel it.",
    ),
    "not_yours_to_delete": (
        "这不是你的图，只有本人和群管理员可以删除。",
        "This is not your picture; only its owner and the group's admins can delete it.",
    ),
    "not_yours_to_draw": (
        "这是别人的请求，只有本人可以点。想画什么请发 /draw。",
        "This is somebody else's request, for them to press. Send /draw for your own.",
    ),
    "request_gone": (
        "找不到原来的消息了，请重新发 /draw。",
        "The message that asked is gone. Please send /draw again.",
    ),
    "too_late": ("等得太久，这次点击没有处理，请再点一次。", "That came too late. Press again."),
    "admins_only": (
        "只有群管理员可以改，请找管理员来发这条命令。",
        "Only the group's admins can change this. Ask one of them to send the command.",
    ),
    "admins_unknown": (
        "没能向 Telegram 问到谁是群管理员，什么都没改，请过一会儿再试。",
        "Could not ask Telegram who is an admin of this group, so nothing was changed. Try again "
        "in a moment.",
    ),
    "speaks_as_channel": (
        "你现在以频道的身份发言，我不知道你是谁，什么都没做。请点输入框旁的头像，换成自己，再发一次。",
        "You are speaking as a channel, so I cannot tell who you are, and nothing was done. Tap "
        "the picture beside the input field, choose yourself, and send it again.",
    ),
    "owners_only": (
        "只有机器人的主人可以这样做（设置项 ZDRAW_OWNERS）。",
        "Only the bot's owners can do that (see ZDRAW_OWNERS).",
    ),
    # --- refusals: quota ----------------------------------------------------------------------
    "quota_spent": (
        "额度不够：这次要 {price}，你还剩 {left}，{wait}后重置（{time}）。需要更多可以找群管理员。",
        "Not enough quota: this takes {price}, you have {left} left. It is renewed in {wait} "
        "({time}); ask an admin of the group for more.",
    ),
    "quota_spent_fleet": (
        "额度不够：这次要 {price}，你还剩 {left}，{wait}后重置（{time}）。"
        "要更多得找机器人的主人或总管理员。",
        "Not enough quota: this takes {price}, you have {left} left. It is renewed in {wait} "
        "({time}); only the bot's owners, and those they appointed, can give more.",
    ),
    "pool_spent": (
        "全群今天的额度不够了：这次要 {price}，还剩 {left}，{wait}后重置（{time}）。"
        "要更多得找机器人的主人或总管理员。",
        "The whole group's quota does not suffice: this takes {price}, {left} is left. It is "
        "renewed in {wait} ({time}); only the bot's owners, and those they appointed, can give "
        "more.",
    ),
    "no_pool": (
        "这个群还没有总额度，群管理员只能往下调。请机器人的主人先设一个：/quota 群 每天 500",
        "This group has no pool yet, so its admins can only lower quota. Ask the bot's owner to "
        "set one: /quota group daily 500",
    ),
    "bad_quota": (
        "没看懂。请回复对方的消息（或先写对方的数字编号），例如：/quota +20、/quota -5 原因、"
        "/quota =10、/quota 每天 20",
        "Not understood. Reply to somebody, or write their number first: /quota +20, /quota -5 "
        "reason, /quota =10, /quota daily 20",
    ),
    "too_many_units": ("太多了，最多 {limit}。", "Too many; at most {limit}."),
    "bad_wish": (
        "不懂「{wish}」，请写 /quiet on 或 /quiet off。",
        "“{wish}” is neither: write /quiet on or /quiet off.",
    ),
    "still_live": (
        "这个请求还没画完，要停下请点 ❌ 或发 /cancel {id}。",
        "This request has not ended yet. To stop it press ❌ or send /cancel {id}.",
    ),
    "no_picture_yet": (
        "#{id} 还没画完，画好会自动发出来；用 /queue 看排到哪了。",
        "#{id} is not finished yet; it will appear by itself. /queue shows how far it is.",
    ),
    "no_picture": (
        "#{id} 没有画成，没有图可看。想再画一张请点 🔁。",
        "#{id} ended without a picture. Press 🔁 to draw it again.",
    ),
    "picture_removed": (
        "#{id} 的图已经删除了。想再画一张请发 /draw。",
        "The picture of #{id} was deleted. Send /draw for another one.",
    ),
    "picture_gone": (
        "#{id} 的图片文件已经不在了。想再画一张请点 🔁 或发 /again {id}。",
        "The file of #{id} is no longer there. Press 🔁 or send /again {id} to draw it again.",
    ),
    "no_such_picture": (
        "#{id} 只有 {count} 张图。请选 1 到 {count}。",
        "#{id} has {count} picture(s). Choose 1 to {count}.",
    ),
    "drawn_elsewhere": (
        "#{id} 是在别的聊天里画的。请私聊我再发 /show {id}。",
        "#{id} was drawn in another chat. Send me /show {id} in private.",
    ),
    "nothing_to_show": (
        "这里还没有你的图可以看。先用 /draw 画一张吧。",
        "There is nothing of yours to show here. Start with /draw.",
    ),
    "already_ended": (
        "这个请求已经结束了，不用再取消。想再画一张请点 🔁。",
        "This request has already ended; there is nothing to cancel. Press 🔁 for another one.",
    ),
    "nothing_to_cancel": (
        "你在这里没有正在排队的请求，不用取消。要画新的请发 /draw。",
        "You have nothing waiting here, so there is nothing to cancel. Send /draw for a picture.",
    ),
    "nothing_to_repeat": (
        "这里还没有你的图可以重画。先用 /draw 画一张吧。",
        "There is nothing of yours to repeat here. Start with /draw.",
    ),
    "which_request": (
        "看不出你回复的是哪个请求，请写上 # 后面的编号，例如：/again k3v9x2ab",
        "I cannot tell which request you reply to. Add the id behind #: /again k3v9x2ab",
    ),
    "unknown_generation": (
        "找不到编号为「{id}」的请求，请看看图下面 # 后面的编号。",
        "There is no request with the id “{id}”. The id stands behind # under a picture.",
    ),
    "may_not_attach": (
        "我在这里没有「附加文件」(Attach Files) 权限，画好也发不出来。请管理员给我勾选后再试。",
        "I may not send files here (Attach Files), so a picture could not be shown. Please ask an "
        "admin to tick it for me, then try again.",
    ),
    "internal_error": (
        "出了点意外，这一条没有处理。请再试一次。",
        "Something unexpected happened and this was not done. Please try again.",
    ),
    "key_reused": (
        "这个 Idempotency-Key 已经用于另一个请求，请换一个。",
        "This Idempotency-Key was used for another request. Use a new one.",
    ),
    "form_too_slow": (
        "打开得太慢了，这次没有改成。请再按一次 ✏️。",
        "That took too long to open, and nothing was changed. Please press ✏️ again.",
    ),
    "restarting": (
        "我正在重启。如果没有下文，请再发一次。",
        "I am restarting. If nothing comes of this, please ask again.",
    ),
}
