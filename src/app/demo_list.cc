#include "app/demo_list.h"

namespace postrider {

std::string_view demo_list() {
  return R"csv(email,first name,last name,company
amelie.laurent@example.com,Amélie,Laurent,Café des Arts
ben.carter@example.com,Ben,Carter,Carter & Sons
bjoern.aengstroem@example.com,Björn,Ängström,Nordljus AB
carla.nunez@example.com,Carla,Núñez,Viento Sur
chidi.okafor@example.com,Chidi,Okafor,Lagos Logistics
clara.weiss@example.com,Clara,Weiß,Weiß Optik
defer-1+dana@example.com,Dana,Petrov,Greylist Ltd
dmitri.ivanov@example.com,Дмитрий,Иванов,Сокол
eleni.papadopoulou@example.com,Ελένη,Παπαδοπούλου,Aegean Foods
emma.jones@example.com,Emma,Jones,"Jones, Price & Hill"
fatima.alami@example.com,Fatima,Alami,Atlas Prints
frode.oestby@example.com,Frode,Østby,Fjordkraft
gabor.szabo@example.com,Gábor,Szabó,Duna Design
hanna.makela@example.com,Hanna,Mäkelä,Sininen Oy
hiroshi.tanaka@example.com,浩,田中,田中製作所
info@example.com,,,Front Desk Inc
ines.ferreira@example.com,Inês,Ferreira,Porto Azul
ivan.horvat@example.com,Ivan,Horvat,Jadran Tours
jana.dvorakova@example.com,Jana,Dvořáková,Vltava Press
joao.goncalves@example.com,João,Gonçalves,Café Brasil
kasia.wojcik@example.com,Kasia,Wójcik,Zielony Most
lars.soerensen@example.com,Lars,Sørensen,Havn ApS
leo.moreau@example.com,Léo,Moreau,Moreau Frères
lucia.rossi@example.com,Lucia,Rossi,Rossi Vini
maire.nibhriain@example.com,Máire,Ní Bhriain,Cladach
malte.gruen@example.com,Malte,Grün,Grün & Partner
maria at example.com,María,López,López Hermanos
mehmet.yilmaz@example.com,Mehmet,Yılmaz,Boğaz Tekstil
mina.park@example.com,민아,박,Hangang Studio
ngozi.eze@example.com,Ngozi,Eze,Palm & Rope
office@example.com,,Team,Office Services
reply-550-5.1.1+oliver@example.com,Oliver,Smith,Gone Limited
pilar.garcia@example.com,Pilar,García,Sol y Sombra
radu.ionescu@example.com,Radu,Ionescu,Dacia Maps
Ben.Carter@example.com,Benjamin,Carter,Carter & Sons
sofia.lindqvist@example.com,Sofia,Lindqvist,Björk
thuy.nguyen@example.com,Thủy,Nguyễn,Sông Hồng
tomasz.zolkiewski@example.com,Tomasz,Żółkiewski,Żuraw
wei.zhang@example.com,伟,张,Jade Gate
zoe.martin@example.com,Zoë,Martin,Étoile
)csv";
}

std::string_view demo_subject() {
  return R"(A question about {{ company }})";
}

std::string_view demo_message() {
  return R"text(Hello {{ first name | default: "there" }},

a short question for {{ company }}: did this message arrive once, and only once?
Then everything works as it should.

Best wishes
Ana
)text";
}

}  // namespace postrider
