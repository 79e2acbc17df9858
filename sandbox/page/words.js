// Every word the page itself says, in both languages, and the switch between them.

const WORDS = {
  en: {
    languageName: "English",
    appName: "Club sandbox",
    openTools: "Tools", closeTools: "Close",
    tabLog: "Calls", tabFaults: "Faults", tabView: "View",
    language: "Language", theme: "Appearance",
    themeAuto: "Automatic", themeLight: "Light", themeDark: "Dark",
    secondOn: "Second phone", secondOff: "Remove second phone", secondShort: "Second person",
    offline: "No connection. Trying again …",

    you: "You are", changePerson: "Change person", pickPerson: "Who holds this phone?",
    searchPerson: "Search by name, number or note", noPerson: "Nobody found. Create this person?",
    newPerson: "New person", firstName: "First name", lastName: "Last name",
    phone: "Phone number", username: "User name", personLanguage: "App language",
    create: "Create", cancel: "Cancel", close: "Close", back: "Back",
    morePersons: "{n} more – search to find them", inChat: "in the chat", hasBlocked: "blocked",
    choosePerson: "Choose a person",
    shareWhose: "Whose contact?",

    bot: "bot", typing: "typing …", more: "More", block: "Block this bot",
    unblock: "Unblock", unblockLong: "Unblock and go on",
    blockedNote: "You have blocked this bot. It cannot write to you.",
    start: "Start", emptyTitle: "Nothing here yet",
    emptyText: "Tap Start, just as a new customer would.",
    menu: "Menu", commands: "Commands", noCommands: "This bot has no commands.",
    write: "Message", send: "Send", attach: "Attach",
    chats: "Chats", general: "General", members: "{n} members", unread: "{n} with something new",
    topicClosed: "This topic is closed", remove: "Delete", copy: "Copy text", play: "Play",
    toQuoted: "Show the message that is answered", quotedAway: "That message is further up, or deleted.",
    didTopic: "Topic “{name}” was begun", didRename: "The topic is now called “{name}”", didClose: "The topic was closed", didReopen: "The topic was opened again",
    didJoin: "{name} came into the group", didLeave: "{name} left the group", didMove: "The group became a supergroup",
    voice: "Voice message", video: "Video", audio: "Audio", animation: "Animation", videoNote: "Video message", sticker: "Sticker",
    samples: "Ready-made samples", samplePhoto: "One photo", sampleAlbum: "Three photos", sampleVoice: "Voice, 3 s", sampleVideo: "Video, 2 s",
    attachPhoto: "Photos and videos", attachFile: "Files", attachContact: "My phone number",
    attachOther: "Somebody else’s contact",
    keyboardShow: "Show the buttons", keyboardHide: "Hide the buttons",
    reply: "Reply", replyTo: "Reply to", edit: "Edit", editing: "Edit message", edited: "edited",
    sending: "Sending", failed: "Not sent",
    contactAsk: "Share your phone number with {bot}?", contactShare: "Share",
    contactNeeds: "This person has no phone number yet. Enter one to share it:",
    contactNone: "{name} has no phone number.",
    photo: "Photo", file: "File", contact: "Contact", download: "Download", openPhoto: "Open photo", protectedNote: "protected",
    copied: "Copied", unsupported: "This kind of button is not part of the sandbox.",
    ok: "OK", newest: "To the newest message", earlier: "Show earlier messages ({n})",
    messagesOf: "Conversation of {name}",

    clock: "Club time", clockMove: "Time machine",
    clockNote: "Moves the club’s clock. What falls due on the way happens now, in order.",
    clockTo: "Go to", clockGo: "Go", hour: "+1 hour", day: "+1 day", week: "+7 days",
    clockBusy: "Moving …", clockDone: "It is now {now}", clockForward: "Time only moves forward.",
    clockFailed: "The clock did not move: {why}",

    logNote: "What the bot asks of the Bot API, newest first.",
    logEmpty: "No calls yet.", logFilter: "Filter by method or content",
    logPolling: "Show polling", logErrors: "Only refusals", logClear: "Clear",
    logParams: "Parameters", logAnswer: "Answer", logViaWebhook: "in the webhook answer",
    logFault: "fault", logOpen: "open",

    faultsNote: "Make the network and Telegram behave badly, and see what the bot makes of it.",
    faultKind: "Fault", faultMethod: "Where", faultAnyMethod: "Any method",
    faultAnyUpdate: "Any update", faultCount: "How often", faultOnce: "Once", faultTimes: "{n} times",
    faultAlways: "Until switched off", faultChance: "Chance",
    faultWait: "Seconds to wait", faultMs: "Delay in milliseconds",
    faultOn: "Switch on", faultOff: "Switch off", faultAllOff: "All off",
    faultNone: "Everything works.", faultHits: "struck {n} times", faultLeft: "{n} left",
    error_length: "A message has 1–4096 characters, a caption at most 1024.",
    error_photo: "A photo is a PNG, JPEG, GIF or WebP file. Send it as a file instead.",
    error_gone: "That message has changed in the meantime.",
    error_blocked: "You have blocked this bot. Unblock it first.",
    error_number: "One of the numbers is out of range.",
    error_album: "An album has at most 10 files.",
    error_outside: "You are not in this group.",
    error_topic: "This topic has been deleted.",
    error_closed: "This topic is closed.",
    fault_429: "Too many requests (429)", faultHint_429: "The call is refused with a time to wait.",
    fault_403: "Blocked (403)", faultHint_403: "The call is refused as if the person had blocked the bot.",
    fault_400: "Refused (400)", faultHint_400: "The call is refused: chat not found.",
    fault_500: "Server error (500)", faultHint_500: "The call fails on Telegram’s side.",
    fault_slow: "Slow", faultHint_slow: "The call is carried out, but late.",
    fault_hang: "No answer", faultHint_hang: "The call is carried out, but its answer never comes.",
    fault_group: "Full group (429)", faultHint_group: "A group takes 20 messages a minute, then refuses.",
    fault_duplicate: "Doubled update", faultHint_duplicate: "The bot gets the same update twice.",
    fault_reorder: "Swapped updates", faultHint_reorder: "An update arrives after the one that follows it.",
  },
  zh: {
    languageName: "中文",
    appName: "会员俱乐部沙盒",
    openTools: "工具", closeTools: "关闭",
    tabLog: "调用记录", tabFaults: "故障", tabView: "显示",
    language: "语言", theme: "外观",
    themeAuto: "跟随系统", themeLight: "浅色", themeDark: "深色",
    secondOn: "第二部手机", secondOff: "收起第二部手机", secondShort: "第二个人",
    offline: "连接已断开，正在重试……",

    you: "当前身份", changePerson: "更换人物", pickPerson: "这部手机是谁的？",
    searchPerson: "按姓名、编号或备注搜索", noPerson: "没有找到，要新建这个人吗？",
    newPerson: "新建人物", firstName: "名字", lastName: "姓氏",
    phone: "手机号", username: "用户名", personLanguage: "应用语言",
    create: "创建", cancel: "取消", close: "关闭", back: "返回",
    morePersons: "还有 {n} 人，请搜索查找", inChat: "已在对话中", hasBlocked: "已屏蔽",
    choosePerson: "选择一个人",
    shareWhose: "分享谁的名片？",

    bot: "机器人", typing: "正在输入……", more: "更多", block: "屏蔽此机器人",
    unblock: "解除屏蔽", unblockLong: "解除屏蔽并继续",
    blockedNote: "您已屏蔽此机器人，它无法给您发消息。",
    start: "开始", emptyTitle: "还没有消息",
    emptyText: "点“开始”，像一位新顾客那样体验。",
    menu: "菜单", commands: "命令", noCommands: "此机器人没有命令。",
    write: "输入消息", send: "发送", attach: "附件",
    chats: "对话", general: "综合", members: "{n} 位成员", unread: "{n} 个有新消息",
    topicClosed: "话题已关闭", remove: "删除", copy: "复制文字", play: "播放",
    toQuoted: "查看被回复的消息", quotedAway: "那条消息在更早处，或已被删除。",
    didTopic: "已创建话题“{name}”", didRename: "话题改名为“{name}”", didClose: "话题已关闭", didReopen: "话题已重新打开",
    didJoin: "{name}加入了群", didLeave: "{name}退出了群", didMove: "本群已升级为超级群",
    voice: "语音消息", video: "视频", audio: "音频", animation: "动图", videoNote: "视频消息", sticker: "贴纸",
    samples: "现成示例", samplePhoto: "一张照片", sampleAlbum: "三张照片", sampleVoice: "语音 3 秒", sampleVideo: "视频 2 秒",
    attachPhoto: "照片和视频", attachFile: "文件", attachContact: "我的手机号",
    attachOther: "别人的名片",
    keyboardShow: "展开按钮", keyboardHide: "收起按钮",
    reply: "回复", replyTo: "回复", edit: "编辑", editing: "编辑消息", edited: "已编辑",
    sending: "发送中", failed: "未发出",
    contactAsk: "要把您的手机号分享给{bot}吗？", contactShare: "分享",
    contactNeeds: "此人还没有手机号，请输入后分享：",
    contactNone: "{name}没有手机号。",
    photo: "图片", file: "文件", contact: "名片", download: "下载", openPhoto: "查看图片", protectedNote: "受保护",
    copied: "已复制", unsupported: "沙盒不支持这种按钮。",
    ok: "好的", newest: "跳到最新消息", earlier: "查看更早的消息（{n}）",
    messagesOf: "{name}的对话",

    clock: "俱乐部时间", clockMove: "时光机",
    clockNote: "拨动俱乐部的时钟，途中到期的事项会按顺序立即发生。",
    clockTo: "前往", clockGo: "出发", hour: "+1 小时", day: "+1 天", week: "+7 天",
    clockBusy: "正在前往……", clockDone: "现在是 {now}", clockForward: "时间只能向前走。",
    clockFailed: "时钟没有移动：{why}",

    logNote: "机器人对 Bot API 的调用，最新的在最上面。",
    logEmpty: "还没有调用。", logFilter: "按方法或内容筛选",
    logPolling: "显示轮询", logErrors: "只看被拒绝的", logClear: "清空",
    logParams: "参数", logAnswer: "应答", logViaWebhook: "随 webhook 应答返回",
    logFault: "故障", logOpen: "进行中",

    faultsNote: "让网络和 Telegram 出点状况，看看机器人如何应对。",
    faultKind: "故障", faultMethod: "作用于", faultAnyMethod: "任何方法",
    faultAnyUpdate: "任何更新", faultCount: "次数", faultOnce: "一次", faultTimes: "{n} 次",
    faultAlways: "直到关闭", faultChance: "概率",
    faultWait: "需等待的秒数", faultMs: "延迟（毫秒）",
    faultOn: "开启", faultOff: "关闭", faultAllOff: "全部关闭",
    faultNone: "一切正常。", faultHits: "已触发 {n} 次", faultLeft: "剩余 {n} 次",
    error_length: "一条消息为 1–4096 个字符，图片说明最多 1024 个字符。",
    error_photo: "图片须为 PNG、JPEG、GIF 或 WebP 格式，其他格式请作为文件发送。",
    error_gone: "这条消息已有变动。",
    error_blocked: "您已屏蔽此机器人，请先解除屏蔽。",
    error_number: "有数字超出了范围。",
    error_album: "一个相册最多 10 个文件。",
    error_outside: "您不在这个群里。",
    error_topic: "这个话题已被删除。",
    error_closed: "这个话题已关闭。",
    fault_429: "请求过多（429）", faultHint_429: "调用被拒绝，并告知需要等待的时间。",
    fault_403: "被屏蔽（403）", faultHint_403: "调用被拒绝，如同对方屏蔽了机器人。",
    fault_400: "被拒绝（400）", faultHint_400: "调用被拒绝：找不到对话。",
    fault_500: "服务器错误（500）", faultHint_500: "调用在 Telegram 一侧失败。",
    fault_slow: "缓慢", faultHint_slow: "调用会执行，但来得晚。",
    fault_hang: "没有应答", faultHint_hang: "调用会执行，但应答永远不来。",
    fault_group: "群消息限额（429）", faultHint_group: "一个群每分钟最多 20 条消息，超出即被拒绝。",
    fault_duplicate: "重复更新", faultHint_duplicate: "机器人会收到同一条更新两次。",
    fault_reorder: "更新乱序", faultHint_reorder: "一条更新会晚于其后的更新到达。",
  },
};

function initial() {
  const kept = localStorage.getItem("sandbox.language");
  if (kept in WORDS) return kept;
  return (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
}

let current = initial();

export const languages = () => Object.keys(WORDS).map((code) => [code, WORDS[code].languageName]);
export const language = () => current;
export const locale = () => (current === "zh" ? "zh-CN" : "en-GB");

export function setLanguage(code) {
  current = code;
  localStorage.setItem("sandbox.language", code);
}

/** The page's wording for a key, with {name} filled in. */
export function say(key, values = {}) {
  const text = WORDS[current][key] ?? WORDS.en[key];
  if (text === undefined) throw new Error(`no word for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A text that the server gives in one language or in several. */
export function pick(text) {
  if (text && typeof text === "object") return text[current] ?? text.en ?? Object.values(text)[0] ?? "";
  return text ?? "";
}
