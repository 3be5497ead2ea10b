/** The words of when photos go and of handing work to a colleague's phone, in both languages. */

export const vi = {
  "settings.photos": "Gửi ảnh",
  "settings.photosNow": "Ngay khi có mạng",
  "settings.photosWifi": "Chỉ khi có Wi-Fi",
  "settings.photosNowText": "Chữ gửi trước, rồi bản xem trước, rồi ảnh.",
  "settings.photosWifiText":
    "Chữ và bản xem trước (khoảng 10 KB mỗi ảnh) gửi ngay; ảnh tự gửi khi máy vào Wi-Fi.",
  "settings.photosUnknown":
    "Trình duyệt này không cho biết đang dùng Wi-Fi hay mạng di động, nên ảnh chờ đến khi anh/chị bấm “Gửi ảnh ngay bây giờ” trong Hộp gửi.",
  "outbox.held": "{n} ảnh ({size}) chờ Wi-Fi theo lựa chọn của anh/chị.",
  "outbox.heldNow": "Gửi ảnh ngay bây giờ",
  "courier.title": "Gửi hộ",
  "courier.make": "Nhờ máy khác gửi hộ",
  "courier.makeText":
    "Khi máy này không có mạng, Loa gói việc chưa gửi thành một tệp niêm phong. Đồng nghiệp gửi hộ mà không đọc được bên trong.",
  "courier.makeNothing": "Không có gì chờ gửi, nên không cần tệp.",
  "courier.makeDo": "Tạo tệp: {n} mục, {size}",
  "courier.making": "Đang gói…",
  "courier.made": "Tệp đã sẵn sàng, {size}. Việc trên máy vẫn giữ nguyên cho tới khi tỉnh nhận.",
  "courier.share": "Chia sẻ tệp",
  "courier.save": "Lưu tệp về máy",
  "courier.noKey": "Máy này chưa từng liên lạc với tỉnh từ khi có chức năng này. Cần mạng một lần.",
  "courier.makeFailed": "Chưa tạo được tệp. Không có gì bị mất; hãy thử lại.",
  "courier.carry": "Gửi hộ đồng nghiệp",
  "courier.carryText": "Chọn tệp đồng nghiệp đưa. Tệp đã niêm phong; gửi hai lần cũng không sao.",
  "courier.pick": "Chọn tệp để gửi hộ",
  "courier.carrying": "Đang gửi hộ {size}…",
  "courier.carried":
    "Tỉnh đã nhận {operations} thay đổi và {photos} ảnh. Máy của đồng nghiệp sẽ biết khi có mạng.",
  "courier.kept": "Chưa có mạng. Tệp đã lưu trên máy này; có mạng sẽ tự gửi.",
  "courier.held": "Máy này đang giữ {n} tệp gửi hộ. Có mạng sẽ tự gửi.",
  "courier.carryBad": "Tệp này không phải tệp gửi hộ của Loa, hoặc đã hỏng. Xin đồng nghiệp tạo lại.",
  "courier.carryStranger":
    "Tỉnh không còn nhận từ máy đã tạo tệp này. Chưa có gì được ghi; việc vẫn còn trên máy ấy. Đồng nghiệp cần báo cơ quan BHXH để nối lại máy.",
  "courier.someFile": "Tệp gửi hộ",
  "courier.understood": "Đã báo lại đồng nghiệp",
  "outbox.undelivered": "{n} tệp gửi hộ không được tỉnh nhận. Việc vẫn còn trên máy của người đưa tệp.",
  "courier.cutOff":
    "Máy này đã bị ngắt khỏi Loa nên tỉnh cũng không nhận tệp gửi hộ của máy. Không có gì bị mất: xin mã nối máy mới từ cơ quan BHXH, nối lại xong thì gửi tiếp.",
  "courier.carryFailed": "Chưa gửi hộ được. Tệp vẫn còn; hãy thử lại sau.",
} as const;

export const en: Record<keyof typeof vi, string> = {
  "settings.photos": "Sending photos",
  "settings.photosNow": "As soon as there is a network",
  "settings.photosWifi": "Only over Wi-Fi",
  "settings.photosNowText": "Words go first, then previews, then photos.",
  "settings.photosWifiText":
    "Words and previews (some 10 KB a photo) go at once; photos go by themselves when the phone is on Wi-Fi.",
  "settings.photosUnknown":
    "This browser does not tell Wi-Fi from a mobile network, so photos wait until you tap “Send photos now” in the outbox.",
  "outbox.held": "{n} photos ({size}) wait for Wi-Fi, as you chose.",
  "outbox.heldNow": "Send photos now",
  "courier.title": "Send for somebody",
  "courier.make": "Let another phone send it",
  "courier.makeText":
    "Without a network Loa packs what is unsent into a sealed file. A colleague sends it and can't read what is in it.",
  "courier.makeNothing": "Nothing waits to be sent, so no file is needed.",
  "courier.makeDo": "Make the file: {n} items, {size}",
  "courier.making": "Packing…",
  "courier.made": "The file is ready, {size}. The work stays on this phone until the province has it.",
  "courier.share": "Share the file",
  "courier.save": "Save the file",
  "courier.noKey":
    "This phone has not talked to the province since it learned this. It needs a network once.",
  "courier.makeFailed": "The file could not be made. Nothing is lost; try again.",
  "courier.carry": "Send for a colleague",
  "courier.carryText":
    "Choose the file your colleague gave you. It is sealed; sending it twice does no harm.",
  "courier.pick": "Choose a file to send",
  "courier.carrying": "Sending {size}…",
  "courier.carried":
    "The province has {operations} changes and {photos} photos. Your colleague's phone will learn it with a network.",
  "courier.kept": "No network yet. The file is saved on this phone; it goes by itself when there is one.",
  "courier.held": "This phone holds {n} files for colleagues. They go by themselves when there is a network.",
  "courier.carryBad": "This is no such file of Loa, or it is damaged. Ask your colleague to make it again.",
  "courier.carryStranger":
    "The province no longer takes anything from the phone that made this file. Nothing was written; the work is still on that phone. Its owner should ask the office to connect it again.",
  "courier.someFile": "A colleague's file",
  "courier.understood": "I have told my colleague",
  "outbox.undelivered":
    "The province did not take {n} of the files for colleagues. The work is still on their phones.",
  "courier.cutOff":
    "This phone was disconnected from Loa, so a file of it is not taken either. Nothing is lost: ask the office for a new code, connect again, and the work goes on its way.",
  "courier.carryFailed": "It could not be sent. The file is still there; try again later.",
};
