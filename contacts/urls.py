from django.urls import path

from contacts.views import customers, dossier, find, hand_over, importing, legal_basis, letters, people, write

app_name = "contacts"

urlpatterns = [
    path("customers/", customers.customers, name="list"),
    path("customers/similar/", find.similar, name="similar"),
    path("customers/of/<int:who>/hand-over/", hand_over.hand_over, name="hand_over"),
    path("customers/<int:pk>/", dossier.dossier, name="dossier"),
    path("customers/<int:pk>/print/", dossier.print_sheet, name="print"),
    path("customers/<int:pk>/edit/", dossier.edit, name="edit"),
    path("customers/<int:pk>/note/", dossier.note, name="note"),
    path("customers/<int:pk>/legal-basis/", legal_basis.legal_basis, name="legal_basis"),
    path("customers/<int:pk>/legal-basis/withdraw/", legal_basis.withdraw, name="legal_basis_withdraw"),
    path("customers/<int:pk>/no-advertising/", legal_basis.no_advertising, name="no_advertising"),
    path("customers/<int:pk>/people/new/", people.add, name="person_add"),
    path("customers/<int:pk>/people/<int:person_id>/", people.edit, name="person"),
    path("customers/<int:pk>/people/<int:person_id>/remove/", people.remove, name="person_remove"),
    path("customers/import/", importing.upload, name="import"),
    path("customers/import/<uuid:token>/", importing.preview, name="import_preview"),
    path("customers/import/<uuid:token>/result/", importing.result, name="import_result"),
    path("customers/import/<uuid:token>/left-out/", importing.left_out, name="import_left_out"),
    path("customers/<int:pk>/write/", write.write, name="write"),
    path("customers/<int:pk>/write/preview/", write.preview, name="write_preview"),
    path("customers/<int:pk>/write/<int:entry_id>/back/", write.take_back, name="take_back"),
    path("letters/", letters.letters, name="letters"),
    path("letters/new/", letters.new, name="letter_new"),
    path("letters/preview/", letters.preview, name="letter_preview"),
    path("letters/who/", letters.who, name="letter_who"),
    path("letters/<int:pk>/", letters.letter, name="letter"),
    path("letters/<int:pk>/delete/", letters.delete, name="letter_delete"),
    path("find/", find.find, name="find"),
]
